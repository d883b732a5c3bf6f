const text = (maxLength: number) => ({ type: 'string', minLength: 1, maxLength }) as const;

/** A short name, as of an agent or a collection. */
export const shortText = text(200);
export const longText = text(100_000);

export const labels = {
  type: 'object',
  additionalProperties: { type: 'string', maxLength: 200 },
  default: {},
} as const;

export const idParams = {
  type: 'object',
  properties: { id: { type: 'string', format: 'uuid' } },
  required: ['id'],
} as const;

/** The run that asks, where one does: what it leaves is found by it. */
export const runOfRequest = { type: 'string', maxLength: 200, default: '' } as const;
