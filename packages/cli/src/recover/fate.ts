/** What has become of one thing that a look has found. */
export interface Fate {
  readonly is: 'healed' | 'left';
  readonly text: string;
}
