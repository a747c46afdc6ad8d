import { z } from 'zod';

/**
 * What we read of ACP (version 1), loosely: unknown fields pass, and what is missing or malformed beside the essentials
 * counts as absent, so that one odd field costs nothing else. Source: agentclientprotocol.com, schema v1.
 */
export const StopReason = z.enum(['end_turn', 'max_tokens', 'max_turn_requests', 'refusal', 'cancelled']);
export type StopReason = z.infer<typeof StopReason>;

export const PromptResult = z.looseObject({ stopReason: StopReason });

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

const ConfigOptions = z.looseObject({
  configOptions: z.array(z.looseObject({ category: z.string().nullish(), currentValue: z.unknown().optional() })),
});

export const SessionResult = z.looseObject({ sessionId: z.string().min(1).max(4096) });

/** The current model out of a session's configuration options, if it names one. */
export function modelOf(session: unknown): string | null {
  const { data } = ConfigOptions.safeParse(session);
  const value = data?.configOptions.find(({ category }) => category === 'model')?.currentValue;
  return typeof value === 'string' ? value : null;
}

const optionalText = z.string().nullish().catch(null);

export const Content = z.looseObject({
  type: z.string(),
  text: z.string().optional().catch(undefined),
  uri: z.string().optional().catch(undefined),
  mimeType: optionalText,
  resource: z.looseObject({ uri: z.string(), text: z.string().optional() }).optional().catch(undefined),
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
const lenientArray = <T extends z.ZodType>(item: T) =>
  z
    .array(item.nullable().catch(null as never))
    .transform((items) => items.filter((one) => one !== null))
    .nullish()
    .catch(null);

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
});
export type ToolCall = z.infer<typeof ToolCall>;

export const Chunk = z.looseObject({ content: Content });

export const Plan = z.looseObject({
  entries: z.array(
    z.looseObject({ content: z.string(), status: z.string().catch('pending'), priority: z.string().catch('medium') }),
  ),
});

export const SessionInfo = z.looseObject({ title: optionalText });

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
