import { z } from 'zod';

/**
 * What we read of ACP (version 1), loosely: unknown fields pass, and what is missing or malformed beside the essentials
 * counts as absent, so that one odd field costs nothing else. Source: agentclientprotocol.com, schema v1.
 */
export const StopReason = z.enum(['end_turn', 'max_tokens', 'max_turn_requests', 'refusal', 'cancelled']);
export type StopReason = z.infer<typeof StopReason>;

export const PromptResult = z.looseObject({ stopReason: StopReason });

const count = z.int().min(0);
const PromptUsage = z.looseObject({
  usage: z.looseObject({ inputTokens: count, outputTokens: count, totalTokens: count }),
});

/** What a turn cost, out of the answer to its prompt; null when the agent does not count. Source: ACP v1, `PromptResponse.usage` (unstable). */
export function turnTokens(result: unknown): { input: number; output: number; total: number } | null {
  const { data } = PromptUsage.safeParse(result);
  if (data === undefined) return null;
  const { inputTokens, outputTokens, totalTokens } = data.usage;
  return { input: inputTokens, output: outputTokens, total: totalTokens };
}

export const InitializeResult = z.looseObject({
  protocolVersion: z.number(),
  agentCapabilities: z
    .looseObject({
      loadSession: z.boolean().catch(false).default(false),
      sessionCapabilities: z.looseObject({ resume: z.unknown().optional() }).catch({}).default({}),
    })
    .catch({ loadSession: false, sessionCapabilities: {} })
    .default({ loadSession: false, sessionCapabilities: {} }),
});
export type InitializeResult = z.infer<typeof InitializeResult>;

export const SessionResult = z.looseObject({ sessionId: z.string().min(1).max(4096) });

const Notification = z.looseObject({ update: z.unknown() });

/** The update in the parameters of `session/update`; all of them when there is none, to be kept as they are. */
export function updateOf(params: unknown): unknown {
  const { data } = Notification.safeParse(params);
  return data === undefined ? params : data.update;
}

export const optionalText = z.string().nullish().catch(null);

/** One content block: `text`, `image`, `audio`, `resource_link`, `resource`, or a type that we do not know. */
export const Content = z.looseObject({
  type: z.string(),
  text: optionalText,
  data: optionalText,
  uri: optionalText,
  name: optionalText,
  title: optionalText,
  description: optionalText,
  mimeType: optionalText,
  resource: z
    .looseObject({ uri: z.string(), text: optionalText, blob: optionalText, mimeType: optionalText })
    .nullish()
    .catch(null),
  annotations: z
    .looseObject({ audience: z.array(z.string()).nullish().catch(null) })
    .nullish()
    .catch(null),
});
export type Content = z.infer<typeof Content>;

const ToolContent = z.union([
  z.looseObject({ type: z.literal('content'), content: Content }),
  z.looseObject({ type: z.literal('diff'), path: z.string(), oldText: optionalText, newText: z.string() }),
  z.looseObject({ type: z.literal('terminal'), terminalId: z.string() }),
]);
export type AcpToolContent = z.infer<typeof ToolContent>;

const Location = z.looseObject({ path: z.string(), line: z.int().nullish().catch(null) });

/** An array without its malformed items; null when it is no array. */
export const lenientArray = <T extends z.ZodType>(item: T) =>
  z
    .array(item.nullable().catch(null as never))
    .transform((items) => items.filter((one) => one !== null))
    .nullish()
    .catch(null);

const terminalId = z.string().max(256).optional().catch(undefined);
const Output = z.looseObject({ terminal_id: terminalId, data: z.string() }).nullish().catch(null);
/**
 * What adapters say of a command that they run: output as it comes and how it ended. Not in ACP: a convention of the Zed editor that
 * the Claude and Codex adapters follow.
 */
const ToolMeta = z.looseObject({
  terminal_info: z.looseObject({ terminal_id: terminalId }).nullish().catch(null),
  terminal_output: Output,
  terminal_output_delta: Output,
  mcp_output_delta: Output,
  terminal_exit: z
    .looseObject({ terminal_id: terminalId, exit_code: z.int().nullish().catch(null) })
    .nullish()
    .catch(null),
});
export type ToolMeta = z.infer<typeof ToolMeta>;

/** Fields of `tool_call`, `tool_call_update` and the `toolCall` of a permission request. */
export const ToolCall = z.looseObject({
  toolCallId: z.string(),
  title: optionalText,
  kind: optionalText,
  status: z.enum(['pending', 'in_progress', 'completed', 'failed']).nullish().catch(null),
  content: lenientArray(ToolContent),
  locations: lenientArray(Location),
  rawInput: z.unknown().optional(),
  rawOutput: z.unknown().optional(),
  _meta: ToolMeta.nullish().catch(null),
});
export type ToolCall = z.infer<typeof ToolCall>;

export const Chunk = z.looseObject({ content: Content, messageId: optionalText });

export const Plan = z.looseObject({
  entries: z.array(
    z.looseObject({ content: z.string(), status: z.string().catch('pending'), priority: z.string().catch('medium') }),
  ),
});

export const SessionInfo = z.looseObject({
  title: optionalText,
  /** Codex: how its thread is; `systemError` when the model failed. */
  _meta: z
    .looseObject({ codex: z.looseObject({ threadStatus: z.looseObject({ type: z.string() }).optional() }).optional() })
    .nullish()
    .catch(null),
});

export const Notice = z.looseObject({
  severity: z.string().catch('info'),
  title: z.string(),
  description: optionalText,
});

export const Compaction = z.looseObject({
  compactionId: z.string(),
  status: z.string(),
  summary: lenientArray(Content),
  error: optionalText,
});
export const CompactionChunk = z.looseObject({ compactionId: z.string(), content: Content });

export const PermissionRequest = z.looseObject({
  toolCall: ToolCall,
  options: z
    .array(
      z.looseObject({
        optionId: z.string().min(1).max(256),
        name: z.string(),
        kind: z.enum(['allow_once', 'allow_always', 'reject_once', 'reject_always']),
      }),
    )
    .min(1)
    .max(16),
});
export type PermissionRequest = z.infer<typeof PermissionRequest>;
