/** By a step of a runbook: seconds that it should take, and after which it is given up. What is not said is as is usual. */
export type SaidTimes = Readonly<Record<string, { readonly target?: number; readonly timeout?: number }>>;
