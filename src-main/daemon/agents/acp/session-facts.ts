/** What a started session says about itself, for a provider that must look before the first prompt is sent. */
export interface SessionFacts {
  readonly model: string | null;
  /** Environment of the agent's process. */
  readonly env: Readonly<Record<string, string>>;
}
