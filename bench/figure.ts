/** One line of the benchmarks' output. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** What the value is measured against, in the same unit and the same run. */
  readonly baseline: number | null;
  /** `value / baseline`. */
  readonly ratio: number | null;
  readonly note: string;
}

/** What a figure should reach. */
export type Aim = { readonly of: 'value' | 'ratio'; readonly atLeast: number } | AtMost;

interface AtMost {
  /** `excess`: value minus baseline. */
  readonly of: 'value' | 'excess';
  readonly atMost: number;
}

export type Report = (figure: Figure) => void;

/** Digits that say something; the rest of a measurement is noise. */
const DIGITS = 4;

/** Rounds, computes the ratio, and says in the note whether the aim was reached. */
export function makeFigure(
  name: string,
  unit: string,
  measured: { readonly value: number; readonly baseline: number | null },
  note: string,
  aim?: Aim,
): Figure {
  const value = rounded(measured.value);
  const baseline = measured.baseline === null ? null : rounded(measured.baseline);
  const ratio = measured.baseline === null ? null : rounded(measured.value / measured.baseline);
  const figure = { name, value, unit, baseline, ratio, note };
  return aim === undefined ? figure : { ...figure, note: `${note}; ${verdict(figure, aim)}` };
}

/** For the end of a note: `aim: ratio >= 0.8, reached`. */
function verdict({ value, baseline, ratio, unit }: Figure, aim: Aim): string {
  if ('atLeast' in aim) {
    const reached = (aim.of === 'value' ? value : (ratio ?? 0)) >= aim.atLeast;
    const wanted = aim.of === 'value' ? `${aim.atLeast} ${unit}` : String(aim.atLeast);
    return `aim: ${aim.of} >= ${wanted}, ${reached ? 'reached' : 'MISSED'}`;
  }
  const amount = aim.of === 'value' ? value : rounded(value - (baseline ?? 0));
  const what = aim.of === 'value' ? 'value' : `${amount} ${unit} above the baseline`;
  return `aim: ${what} <= ${aim.atMost} ${unit}, ${amount <= aim.atMost ? 'reached' : 'MISSED'}`;
}

function rounded(value: number): number {
  return Number(value.toPrecision(DIGITS));
}
