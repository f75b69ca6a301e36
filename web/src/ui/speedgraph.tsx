import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import "uplot.css";
import { speed } from "../format";
import { historyLength, sampled, speedHistory } from "../live";
import { theme } from "../theme";

/** The speed of the last ten minutes: of a job, or of all of them. What it shows is
 *  also said in words beside it. */
export function SpeedGraph({ of, height = 120 }: { of: string; height?: number }) {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const chosen = theme.value;
  useEffect(() => {
    const el = box.current!;
    plot.current = new uPlot(options(el, height, of), dataOf(of), el);
    const watch = new ResizeObserver(() => plot.current?.setSize({ width: el.clientWidth, height }));
    watch.observe(el);
    return () => {
      watch.disconnect();
      plot.current?.destroy();
      plot.current = null;
    };
  }, [of, height, chosen]);
  useEffect(() => plot.current?.setData(dataOf(of)), [of, sampled.value]);
  return <div class="graph" ref={box} role="img" aria-label={`Speed of the last ten minutes, now ${speed(speedHistory(of).v.at(-1) ?? 0)}`} />;
}

/** The samples; a lone one is drawn as a line of a second. */
function dataOf(of: string): uPlot.AlignedData {
  const { t, v } = speedHistory(of);
  return t.length === 1 ? [[t[0]! - 1, t[0]!], [v[0]!, v[0]!]] : [t.slice(), v.slice()];
}

function options(el: HTMLElement, height: number, of: string): uPlot.Options {
  const css = getComputedStyle(document.documentElement);
  const colour = (name: string) => css.getPropertyValue(name).trim();
  const axis = { stroke: colour("--muted"), grid: { stroke: colour("--line"), width: 1 }, ticks: { show: false }, font: `12px ${colour("--font")}` };
  return {
    width: el.clientWidth,
    height,
    legend: { show: false },
    cursor: { show: false },
    padding: [8, 18, 0, 0],
    scales: {
      x: { time: false, range: () => span(speedHistory(of).t) },
      y: { range: (_, __, max) => [0, Math.max(1024, (max ?? 0) * 1.1)] },
    },
    axes: [
      { ...axis, values: (_, at) => at.map((t) => ago(at.at(-1)! - t)), splits: (u, _, min, max) => times(min, max, u.width), size: 26 },
      { ...axis, values: (_, at) => at.map((v) => (v === 0 ? "0" : speed(v))), size: 92, splits: (_, __, min, max) => [min, max / 2.2, max / 1.1] },
    ],
    series: [{}, { stroke: colour("--bar"), fill: colour("--accent-soft"), width: 2, points: { show: false } }],
  };
}

/** From the first sample to the last: a minute at least, ten at most. */
function span(t: number[]): [number, number] {
  const end = t.at(-1) ?? Math.round(Date.now() / 1000);
  return [Math.max(end - historyLength, Math.min(t[0] ?? end, end - 60)), end];
}

/** Pixels a label of time wants. */
const labelWidth = 90;

/** Moments to write below, back from the last in round steps. */
function times(min: number, max: number, width: number): number[] {
  const most = Math.max(2, (width - 110) / labelWidth);
  const step = [10, 15, 30, 60, 120, 300].find((s) => (max - min) / s <= most) ?? historyLength;
  const out = [];
  for (let t = max; t >= min; t -= step) out.unshift(t);
  return out;
}

function ago(seconds: number): string {
  if (seconds === 0) return "now";
  return seconds % 60 === 0 ? `−${seconds / 60} min` : seconds < 60 ? `−${seconds} s` : `−${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")} min`;
}
