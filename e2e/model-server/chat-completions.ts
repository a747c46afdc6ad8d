import { z } from 'zod';
import { serverSentEvents } from './reply.ts';
import type { Dialect } from './reply.ts';

const Request = z.looseObject({
  model: z.string(),
  messages: z.array(z.looseObject({ role: z.string(), content: z.unknown().optional() })),
  tools: z.array(z.looseObject({})).optional(),
});

/** OpenAI's chat completions, streamed: what OpenCode speaks here. A request without tools is an errand (a title). */
export const chatCompletions: Dialect = {
  name: 'chat-completions',
  path: /\/chat\/completions$/,
  parse(body) {
    const { model, messages, tools } = Request.parse(body);
    return { dialect: this.name, model, errand: !tools?.length, told: JSON.stringify(messages), body };
  },
  answer(response, model, id) {
    const send = serverSentEvents(response);
    const chunk = (fields: object) =>
      send(null, { id, object: 'chat.completion.chunk', created: Math.floor(Date.now() / 1000), model, ...fields });
    const delta = (fields: object) => chunk({ choices: [{ index: 0, delta: fields, finish_reason: null }] });
    let calls = 0;
    delta({ role: 'assistant', content: '' });
    return {
      thought: (text) => delta({ reasoning_content: text }),
      text: (content) => delta({ content }),
      tool(name, input) {
        const call = { name, arguments: JSON.stringify(input) };
        delta({ tool_calls: [{ index: calls, id: `call_${id}_${++calls}`, type: 'function', function: call }] });
      },
      end() {
        chunk({ choices: [{ index: 0, delta: {}, finish_reason: calls > 0 ? 'tool_calls' : 'stop' }] });
        chunk({ choices: [], usage: { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 } });
        response.end('data: [DONE]\n\n');
      },
    };
  },
  errorBody: (_status, message) => ({ error: { message, type: 'invalid_request_error' } }),
};
