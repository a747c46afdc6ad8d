import type { ConfirmPairing } from '../../src-shared/wire/status.ts';
import { CliError } from './cli-error.ts';
import { type CliContext, commandName } from './context.ts';
import { withDaemon } from './daemon-session.ts';
import type { TargetOptions } from './options.ts';
import { note, print, printJson } from './output.ts';
import { attendPairing, showOffer } from './pairing-screen.ts';
import { stopSignals } from './stop-signals.ts';

/** Makes a pairing code. On a terminal it shows it and stays until a device has used it. */
export async function pairDevice(options: TargetOptions & { attended?: boolean }, context: CliContext): Promise<void> {
  const json = options.json === true;
  if (!json && !context.stdout.isTTY) {
    const command = `${commandName(context)} daemon pair`;
    throw new CliError(
      'not_a_terminal',
      `Whoever reads the link can pair, so it is shown on a terminal only. Run "${command}" in one, or add --json.`,
    );
  }
  const { signal, dispose } = stopSignals();
  try {
    await withDaemon(
      options,
      context,
      async ({ client }) => {
        const offer = await client.command('pairing.offer', { attended: options.attended === true ? true : null });
        if (json) {
          const { url, expiresAt, reach, advice } = offer;
          return printJson(context, { url, expiresAt, reach, advice });
        }
        showOffer(offer, context);
        note(context, 'Waiting for the device. Ctrl-C withdraws the code.');
        const desk = {
          state: client.pairing,
          confirm: (answer: ConfirmPairing) => client.command('pairing.confirm', answer),
        };
        try {
          const { result, deviceName } = await attendPairing(desk, offer.offerId, signal, context);
          if (result !== 'paired') throw new CliError('pairing_ended', OUTCOMES[result]);
          print(context, `Paired with "${deviceName ?? 'a device'}".`);
        } catch (error) {
          if (!signal.aborted) throw error;
          await client.command('pairing.cancel', { offerId: offer.offerId });
          throw new CliError('cancelled', 'The code was withdrawn.');
        }
      },
      { topics: json ? [] : ['pairing'], signal },
    );
  } finally {
    dispose();
  }
}

const OUTCOMES = {
  denied: 'The device was turned away.',
  timeout: 'Nobody answered in time. Make a new code.',
  expired: 'The code has expired. Make a new one.',
  disconnected: 'The device went away before it was paired. Make a new code.',
  cancelled: 'The code was withdrawn.',
  'too-many-devices': 'There are too many devices. Remove one with "paseo devices revoke", then make a new code.',
  'not-saved': 'The device could not be saved. Free some space, then make a new code.',
};
