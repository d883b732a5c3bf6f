/** What every object carries that we create, so that leftovers are found without knowing their names. */
export const MANAGED_BY = 'app.kubernetes.io/managed-by';
export const MANAGER = 'ordeal';
/** The run that created an object. */
export const RUN_LABEL = 'ordeal/run';
/**
 * Annotation with an id of one attempt to create. It tells an object that we created, and whose answer was lost,
 * from one of the same name that was there already.
 */
export const INJECTION = 'ordeal/injection';

export const PAUSE = 'experiment.chaos-mesh.org/pause';
export const CLEAN_FINALIZER = 'chaos-mesh.chaos-mesh.org/cleanFinalizer';

/** Selects by labels, as the API takes it. */
export function labelSelector(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}=${value}`)
    .join(',');
}

/** A text as the value of a label may be: at most 63 characters of a small alphabet. */
export function labelValue(text: string): string {
  return text
    .replaceAll(/[^\w.-]/g, '-')
    .slice(0, 63)
    .replaceAll(/^[^A-Za-z0-9]+|[^A-Za-z0-9]+$/g, '');
}
