import { z } from 'zod';
import { parseSelector } from '../prometheus/selector.ts';

/** A plain vector selector. Expressions cannot be read as raw samples: a signal of measure `promql` takes those. */
export const selectorText = z.string().refine(
  (text) => {
    const selector = parseSelector(text);
    return selector !== undefined && selector.rest.trim() === '';
  },
  {
    error:
      'a plain selector, for instance http_requests_total{job="api"}; other PromQL goes into a signal of measure "promql"',
  },
);
