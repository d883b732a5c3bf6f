import { eventually } from '../../../../shared/test/prometheus/real-prometheus.ts';
import type { Admin } from '../../../../load/test/cluster/support/admin.ts';

const SERVICES = '/apis/apiregistration.k8s.io/v1/apiservices';

/**
 * Has the API server ask a server of this machine for a group of its API. A Service of type ExternalName leads to it: of
 * the others the API server wants endpoints.
 */
export async function serveGroup(admin: Admin, group: string, version: string, port: number): Promise<void> {
  const service = group.replaceAll('.', '-');
  await admin('POST', '/api/v1/namespaces/kube-system/services', {
    metadata: { name: service },
    spec: { type: 'ExternalName', externalName: 'localhost', ports: [{ port, protocol: 'TCP' }] },
  });
  await admin('POST', SERVICES, {
    metadata: { name: `${version}.${group}` },
    spec: {
      group,
      version,
      service: { name: service, namespace: 'kube-system', port },
      insecureSkipTLSVerify: true,
      groupPriorityMinimum: 100,
      versionPriority: 100,
    },
  });
  await eventually(30_000, `the API server is served ${group}`, async () => {
    const { status } = await admin<{ status?: { conditions?: { type: string; status: string }[] } }>(
      'GET',
      `${SERVICES}/${version}.${group}`,
    );
    return status?.conditions?.some(({ type, status: is }) => type === 'Available' && is === 'True') === true;
  });
}
