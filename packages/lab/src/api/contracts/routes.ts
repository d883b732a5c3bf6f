import type { FastifyInstance } from 'fastify';
import type { App } from '../app.ts';

type Routes = (server: FastifyInstance, app: App) => Promise<void>;

/** A replica serves one contract: only that one's routes are loaded. */
export async function routesOf(platform: string): Promise<Routes> {
  switch (platform) {
    case 'arklex':
      return (await import('./arklex/routes.ts')).arklexRoutes;
    case 'marketing-agents':
      return (await import('./marketing-agents/routes.ts')).marketingAgentsRoutes;
    case 'research-agent':
      return (await import('./research-agent/routes.ts')).researchAgentRoutes;
    case 'research-assistant':
      return (await import('./research-assistant/routes.ts')).researchAssistantRoutes;
    default:
      return (await import('./agentic-platform/routes.ts')).agenticPlatformRoutes;
  }
}
