import type { DeploymentRecord } from '../record/record.ts';
import { interval } from './figures.ts';

/** A deployment in a few words: what became of the version, how long that took, and what is still wrong. */
export function deploymentInWords(deployment: DeploymentRecord): string {
  const { stuck } = deployment;
  return stuck === undefined ? endInWords(deployment) : `${endInWords(deployment)}; ${stuck}`;
}

function endInWords(deployment: DeploymentRecord): string {
  const { to, outcome, because, deploySeconds, rollBackSeconds, returnSeconds } = deployment;
  const why = because === undefined ? '' : `: ${because}`;
  switch (outcome) {
    case 'out': {
      const again = returnSeconds?.high === null ? 'not back' : 'back again';
      const back = returnSeconds === null ? '' : `, ${again} after ${interval(returnSeconds, 's')}`;
      const after = deploySeconds === null ? '' : ` after ${interval(deploySeconds, 's')}`;
      return `${to} was out${after}${back}`;
    }
    case 'taken-back': {
      const within = rollBackSeconds === null ? '' : ` within ${interval(rollBackSeconds, 's')}`;
      return `${to} was taken back by the platform${within}${why}`;
    }
    case 'unfinished':
      return `${to} did not come out, and was not taken back${why}`;
    case 'cut-short':
      return `the deployment of ${to} was cut short${why}`;
    case 'not-begun':
      return `${to} was not deployed${why}`;
  }
}
