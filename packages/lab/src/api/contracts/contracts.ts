import { agenticPlatform } from './agentic-platform/contract.ts';
import { arklex } from './arklex/contract.ts';
import type { Contract } from './contract.ts';
import { marketingAgents } from './marketing-agents/contract.ts';
import { researchAgent } from './research-agent/contract.ts';
import { researchAssistant } from './research-assistant/contract.ts';

/** The only list of contracts that the lab serves. */
const contracts: readonly Contract[] = [
  agenticPlatform,
  arklex,
  marketingAgents,
  researchAgent,
  researchAssistant,
];

/** Throws an error that names those that there are. */
export function contractOf(platform: string): Contract {
  const found = contracts.find((one) => one.platform === platform);
  if (found !== undefined) return found;
  throw new Error(
    `The lab does not serve the platform "${platform}". It serves ${contracts.map((one) => one.platform).join(', ')}.`,
  );
}
