/** Below this nothing is called recovered off the lab, whatever a phase asks for. */
export const stableFloor = { seconds: 30, attempts: 300 } as const;
