import { z } from 'zod';
import { serverSentEvents } from './reply.ts';
import type { Dialect } from './reply.ts';

const Request = z.looseObject({
  model: z.string(),
  input: z.array(z.looseObject({ type: z.string().optional() })),
  tools: z.array(z.looseObject({})).optional(),
});

const USAGE = {
  input_tokens: 10,
  input_tokens_details: { cached_tokens: 0 },
  output_tokens: 5,
  output_tokens_details: { reasoning_tokens: 0 },
  total_tokens: 15,
};

/** OpenAI's Responses API, streamed: what Codex speaks. */
export const openAiResponses: Dialect = {
  name: 'openai-responses',
  path: /\/responses$/,
  parse(body) {
    const { model, input, tools } = Request.parse(body);
    return { dialect: this.name, model, errand: !tools?.length, told: JSON.stringify(input), body };
  },
  answer(response, model, id) {
    const sse = serverSentEvents(response);
    const items: object[] = [];
    let sequence = 0;
    const send = (type: string, fields: object) => sse(type, { type, sequence_number: sequence++, ...fields });
    const state = (status: string, extra: object) => ({
      response: { id: `resp_${id}`, object: 'response', model, status, output: items, ...extra },
    });
    let said: string | null = null;
    const at = () => ({ item_id: `msg_${id}_${items.length}`, output_index: items.length });
    const part = (text: string) => ({ type: 'output_text', text, annotations: [] });
    const message = (status: string, content: object[]) => ({
      item: { id: at().item_id, type: 'message', role: 'assistant', status, content },
    });
    const close = () => {
      if (said === null) return;
      send('response.output_text.done', { ...at(), content_index: 0, text: said });
      send('response.content_part.done', { ...at(), content_index: 0, part: part(said) });
      const done = message('completed', [part(said)]);
      send('response.output_item.done', { output_index: items.length, ...done });
      items.push(done.item);
      said = null;
    };
    const whole = (item: object) => {
      send('response.output_item.added', { output_index: items.length, item });
      send('response.output_item.done', { output_index: items.length, item });
      items.push(item);
    };
    send('response.created', state('in_progress', {}));
    return {
      thought(text) {
        close();
        whole({ id: `rs_${id}_${items.length}`, type: 'reasoning', summary: [{ type: 'summary_text', text }] });
      },
      text(delta) {
        if (said === null) {
          said = '';
          send('response.output_item.added', { output_index: items.length, ...message('in_progress', []) });
          send('response.content_part.added', { ...at(), content_index: 0, part: part('') });
        }
        said += delta;
        send('response.output_text.delta', { ...at(), content_index: 0, delta });
      },
      tool(name, input) {
        close();
        const call = {
          id: `fc_${id}_${items.length}`,
          call_id: `call_${id}_${items.length}`,
          name,
          status: 'completed',
        };
        if (typeof input === 'string') whole({ type: 'custom_tool_call', ...call, input });
        else whole({ type: 'function_call', ...call, arguments: JSON.stringify(input) });
      },
      end() {
        close();
        send('response.completed', state('completed', { usage: USAGE }));
        response.end();
      },
    };
  },
  errorBody: (_status, message) => ({ error: { message, type: 'invalid_request_error', code: null } }),
};
