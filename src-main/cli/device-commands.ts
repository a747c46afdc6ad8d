import type { Command } from 'commander';
import type { Device } from '../../src-shared/devices.ts';
import { CliError } from './cli-error.ts';
import type { CliContext } from './context.ts';
import { withDaemon } from './daemon-session.ts';
import { codeOf } from './failure.ts';
import { type TargetOptions, withTarget } from './options.ts';
import { note, print, printJson, printTable } from './output.ts';

export function addDeviceCommands(root: Command, context: CliContext): void {
  const devices = root.command('devices').description('the devices that are paired with the daemon');
  withTarget(devices.command('ls'))
    .description('list the paired devices')
    .action((options: TargetOptions) => listDevices(options, context));
  withTarget(devices.command('revoke'))
    .description('remove a device: its connections end at once, and it cannot come back')
    .argument('<device>', 'its name, or the beginning of its id')
    .action((device: string, options: TargetOptions) => revokeDevice(device, options, context));
}

async function listDevices(options: TargetOptions, context: CliContext): Promise<void> {
  const { devices, self } = await withDaemon(options, context, ({ client }) => client.query('devices.list', {}));
  if (options.json === true) return printJson(context, { devices, self });
  if (devices.length === 0) return note(context, 'No device is paired. Pair one with "paseo daemon pair".');
  const rows = devices.map((device) => [
    device.id,
    device.id === self ? `${device.name} (this one)` : device.name,
    device.state === 'pending' ? 'not finished' : device.role,
    device.platform,
    device.connections.length > 0
      ? device.connections.join(', ')
      : `away since ${device.lastSeenAt ?? device.pairedAt}`,
  ]);
  printTable(context, ['DEVICE', 'NAME', 'ROLE', 'PLATFORM', 'CONNECTED'], rows);
}

async function revokeDevice(reference: string, options: TargetOptions, context: CliContext): Promise<void> {
  let chosen: { device: Device; isSelf: boolean } | null = null;
  const device = await withDaemon(options, context, async ({ client }) => {
    const { devices, self } = await client.query('devices.list', {});
    const found = findDevice(devices, reference);
    chosen = { device: found, isSelf: found.id === self };
    await client.command('device.revoke', { deviceId: found.id });
    return found;
  }).catch((error: unknown) => {
    // Having removed ourselves, the end of the connection is the answer.
    if (chosen?.isSelf === true && codeOf(error) === 'revoked') return chosen.device;
    throw error;
  });
  if (options.json === true) printJson(context, { event: 'revoked', deviceId: device.id, name: device.name });
  else print(context, `"${device.name}" was removed (${device.id}).`);
}

function findDevice(devices: readonly Device[], reference: string): Device {
  const exact = devices.filter(({ id, name }) => id === reference || name === reference);
  const found = exact.length > 0 ? exact : devices.filter(({ id }) => reference !== '' && id.startsWith(reference));
  if (found.length > 1)
    throw new CliError(
      'ambiguous',
      `${found.length} devices match "${reference}": ${found.map(({ id }) => id).join(', ')}.`,
    );
  if (found[0] === undefined)
    throw new CliError('not_found', `There is no device "${reference}". "paseo devices ls" lists them.`);
  return found[0];
}
