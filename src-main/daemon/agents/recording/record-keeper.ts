import type { Logger } from '../../../platform/logger.ts';
import type { AgentFolder, AgentRecord } from '../agent-folder.ts';

/** The record of one agent in memory and on disk. */
export class RecordKeeper {
  readonly #folder: AgentFolder;
  readonly #logger: Logger;
  readonly #onChange: () => void;
  #record: AgentRecord;

  constructor(folder: AgentFolder, record: AgentRecord, logger: Logger, onChange: () => void) {
    this.#folder = folder;
    this.#record = record;
    this.#logger = logger;
    this.#onChange = onChange;
  }

  get now(): AgentRecord {
    return this.#record;
  }

  /** In memory at once, on disk soon. */
  update(change: Partial<AgentRecord>): void {
    this.save(change).catch((error: unknown) => {
      this.#logger.error({ agent: this.#record.id, err: error }, 'an agent could not be saved');
    });
  }

  /** In memory at once; resolves when it is on disk. Rejects with the error of the file system. */
  async save(change: Partial<AgentRecord> = {}): Promise<void> {
    this.#record = { ...this.#record, ...change };
    const saved = this.#folder.save(this.#record);
    this.#onChange();
    await saved;
  }

  /** The first time that it is on disk as an agent. Rejects with the error of the file system. */
  async publish(): Promise<void> {
    await this.#folder.publish(this.#record);
  }
}
