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

/** Label matchers without braces; none at all is the empty text. */
export const matchersText = z
  .string()
  .refine((text) => text.trim() === '' || parseSelector(`{${text}}`)?.rest.trim() === '', {
    error: 'label matchers without braces, for instance job="api",code=~"5.."',
  });
