import { dialog } from 'electron';
import type { DaemonHost } from './daemon-host.ts';
import { quitQuestion } from './quit-question.ts';
import type { AgentsAtQuit } from './quitting.ts';

/** Asks what becomes of the agents that work; null at once when none does. */
export async function askAboutAgents(host: DaemonHost): Promise<AgentsAtQuit | 'cancel'> {
  const question = quitQuestion(host.daemon?.agents.get() ?? []);
  if (question === null || host.daemon === null) return null;
  const { response } = await dialog.showMessageBox({
    type: 'question',
    title: 'Quit Paseo',
    ...question,
    buttons: ['Keep agents running', 'Stop everything', 'Cancel'],
    defaultId: host.daemon.settings.get().keepAgentsRunning ? 0 : 1,
    cancelId: 2,
    noLink: true,
  });
  // This still runs inside the closing of the dialog; taking windows and tray down from there can crash GTK.
  await new Promise((resolve) => setImmediate(resolve));
  return (['keep', 'stop', 'cancel'] as const)[response] ?? 'cancel';
}
