/**
 * How far the output of an agent's host has come into a timeline: all that lines 1 to `line` of that host say is there. 0 for a
 * host of which nothing is there yet.
 */
export interface HostPosition {
  readonly hostId: string;
  readonly line: number;
}
