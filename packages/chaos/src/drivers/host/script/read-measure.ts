import type { DriverContext } from '@ordeal/shared/drivers/fault';
import type { Host } from '../shell/host.ts';
import { assignments } from '../shell/quote.ts';
import { talk } from '../shell/talk.ts';
import type { FaultScript } from './fault-script.ts';
import { library } from './library.ts';

/** Reads a number of the host by the function `read_measure`. Rejects when it does not say one. */
export async function readMeasure(
  host: Host,
  { variables, functions }: Pick<FaultScript, 'variables' | 'functions'>,
  context: DriverContext,
): Promise<number> {
  const script = [
    assignments({ ...variables, token: '', seconds: 0, machine: host.machineId ?? '' }),
    library,
    functions,
    'check_machine; read_measure; say end',
  ].join('\n');
  const said = await talk(host, script, context);
  const text = said.find(({ word }) => word === 'reading')?.fields[0] ?? '';
  if (!/^\d+(\.\d+)?$/.test(text))
    throw new Error(`${host.name} says "${text}" where a number was asked for.`);
  return Number(text);
}
