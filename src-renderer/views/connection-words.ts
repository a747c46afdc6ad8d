import type { ClientState } from '../../src-shared/client/client-state.ts';
import { secondsUntil } from './time-words.ts';

/** One sentence on a connection that is not there; null when there is nothing to say. `now` is in milliseconds. */
export function connectionWords(state: ClientState, daemonName: string, now: number): string | null {
  switch (state.state) {
    case 'connected':
      return null;
    case 'connecting':
      return `Connecting to ${daemonName}.`;
    case 'offline':
      return `${asSentence(state.reason)} Your agents keep running. Retrying in ${secondsUntil(state.retryAt, now)} s.`;
    case 'ended':
      return asSentence(state.message);
  }
}

/** "Connected", with the path, or what is the matter, in one word: the state vocabulary of connections. */
export function connectionState(state: ClientState): { word: string; path: string | null } {
  switch (state.state) {
    case 'connected':
      return { word: 'Connected', path: PATHS[state.path] };
    case 'connecting':
      return { word: 'Connecting', path: null };
    case 'offline':
      return { word: 'Offline', path: null };
    case 'ended':
      return { word: 'Stopped', path: null };
  }
}

const PATHS = { direct: 'Direct', relay: 'Relay', local: 'This computer' } as const;

function asSentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
