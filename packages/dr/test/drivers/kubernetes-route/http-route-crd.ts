const text = { type: 'string' };
const reference = (group: string, kind: string, more: object): object => ({
  type: 'object',
  required: ['name'],
  properties: {
    group: { type: 'string', default: group },
    kind: { type: 'string', default: kind },
    name: { type: 'string', minLength: 1 },
    namespace: text,
    port: { type: 'integer', format: 'int32', minimum: 1, maximum: 65535 },
    ...more,
  },
});
const parentRef = reference('gateway.networking.k8s.io', 'Gateway', { sectionName: text });

const backendRef = {
  ...reference('', 'Service', {
    weight: { type: 'integer', format: 'int32', default: 1, minimum: 0, maximum: 1_000_000 },
  }),
  'x-kubernetes-validations': [
    {
      message: 'Must have port for Service reference',
      rule: "(size(self.group) == 0 && self.kind == 'Service') ? has(self.port) : true",
    },
  ],
};

const condition = {
  type: 'object',
  required: ['lastTransitionTime', 'message', 'reason', 'status', 'type'],
  properties: {
    lastTransitionTime: { type: 'string', format: 'date-time' },
    message: text,
    observedGeneration: { type: 'integer', format: 'int64', minimum: 0 },
    reason: { type: 'string', minLength: 1 },
    status: { type: 'string', enum: ['True', 'False', 'Unknown'] },
    type: text,
  },
};

const list = (items: object, more: object = {}): object => ({
  type: 'array',
  'x-kubernetes-list-type': 'atomic',
  items,
  ...more,
});

/**
 * The HTTPRoute of gateway.networking.k8s.io/v1 as far as these tests use it, written for them after the standard
 * channel's: the same names, defaults, bounds and kinds of lists, and a status of its own. Matches and filters are
 * kept as they are, and of the rules about what goes together there is only the one of ports.
 */
export const httpRouteCrd = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: {
    name: 'httproutes.gateway.networking.k8s.io',
    annotations: { 'api-approved.kubernetes.io': 'https://github.com/kubernetes-sigs/gateway-api/pull/2997' },
  },
  spec: {
    group: 'gateway.networking.k8s.io',
    scope: 'Namespaced',
    names: { kind: 'HTTPRoute', listKind: 'HTTPRouteList', plural: 'httproutes', singular: 'httproute' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        subresources: { status: {} },
        schema: {
          openAPIV3Schema: {
            type: 'object',
            required: ['spec'],
            properties: {
              spec: {
                type: 'object',
                properties: {
                  hostnames: list(text),
                  parentRefs: list(parentRef, { maxItems: 32 }),
                  rules: list(
                    {
                      type: 'object',
                      properties: {
                        name: text,
                        matches: list({ type: 'object', 'x-kubernetes-preserve-unknown-fields': true }),
                        filters: list({ type: 'object', 'x-kubernetes-preserve-unknown-fields': true }),
                        timeouts: { type: 'object', properties: { request: text, backendRequest: text } },
                        backendRefs: list(backendRef, { maxItems: 16 }),
                      },
                    },
                    { minItems: 1, maxItems: 16 },
                  ),
                },
              },
              status: {
                type: 'object',
                required: ['parents'],
                properties: {
                  parents: list({
                    type: 'object',
                    required: ['conditions', 'controllerName', 'parentRef'],
                    properties: {
                      parentRef,
                      controllerName: text,
                      conditions: {
                        type: 'array',
                        'x-kubernetes-list-type': 'map',
                        'x-kubernetes-list-map-keys': ['type'],
                        items: condition,
                      },
                    },
                  }),
                },
              },
            },
          },
        },
      },
    ],
  },
};
