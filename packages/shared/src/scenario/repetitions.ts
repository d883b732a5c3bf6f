import type { ExperimentPhase } from './scenario.ts';

/** What one repetition of an experiment is called, by its number from 1 on: in its windows, events and record. */
export function repetitionName(phase: string, repetition: number): string {
  return repetition === 1 ? phase : `${phase}-${repetition}`;
}

/** The names of all repetitions, in their order. */
export function repetitionNames({ name, repeat }: ExperimentPhase): readonly string[] {
  return Array.from({ length: repeat.times }, (_, index) => repetitionName(name, index + 1));
}
