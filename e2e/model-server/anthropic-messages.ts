import { z } from 'zod';
import { serverSentEvents } from './reply.ts';
import type { Dialect } from './reply.ts';

const Request = z.looseObject({
  model: z.string(),
  messages: z.array(z.looseObject({ role: z.string(), content: z.unknown() })),
  tools: z.array(z.looseObject({})).optional(),
});

const USAGE = { input_tokens: 10, cache_creation_input_tokens: 0, cache_read_input_tokens: 0, output_tokens: 5 };

const ERROR_TYPES: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  429: 'rate_limit_error',
};

/** Begins the request for a guess at what the person types next; it comes after a turn and has the turn's tools. */
const SUGGESTION = '[SUGGESTION MODE';

/** Anthropic's Messages API, streamed: what Claude Code speaks. It asks for titles without tools. */
export const anthropicMessages: Dialect = {
  name: 'anthropic-messages',
  path: /\/v1\/messages$/,
  parse(body) {
    const { model, messages, tools } = Request.parse(body);
    const suggestion = JSON.stringify(messages.at(-1)?.content ?? '').includes(SUGGESTION);
    return { dialect: this.name, model, errand: !tools?.length || suggestion, told: JSON.stringify(messages), body };
  },
  answer(response, model, id) {
    const sse = serverSentEvents(response);
    const send = (type: string, fields: object) => sse(type, { type, ...fields });
    let index = -1;
    let open: string | null = null;
    let calls = 0;
    const close = () => {
      if (open !== null) send('content_block_stop', { index });
      open = null;
    };
    const begin = (type: string, block: object) => {
      if (open === type && type !== 'tool_use') return;
      close();
      open = type;
      send('content_block_start', { index: ++index, content_block: { type, ...block } });
    };
    const delta = (fields: object) => send('content_block_delta', { index, delta: fields });
    const message = { id: `msg_${id}`, type: 'message', role: 'assistant', model, content: [], usage: USAGE };
    send('message_start', { message: { ...message, stop_reason: null, stop_sequence: null } });
    return {
      thought(thinking) {
        begin('thinking', { thinking: '', signature: '' });
        delta({ type: 'thinking_delta', thinking });
      },
      text(text) {
        begin('text', { text: '' });
        delta({ type: 'text_delta', text });
      },
      tool(name, input) {
        begin('tool_use', { id: `toolu_${id}_${++calls}`, name, input: {} });
        delta({ type: 'input_json_delta', partial_json: JSON.stringify(input) });
      },
      end() {
        close();
        const reason = calls > 0 ? 'tool_use' : 'end_turn';
        send('message_delta', { delta: { stop_reason: reason, stop_sequence: null }, usage: USAGE });
        send('message_stop', {});
        response.end();
      },
    };
  },
  errorBody: (status, message) => ({ type: 'error', error: { type: ERROR_TYPES[status] ?? 'api_error', message } }),
};
