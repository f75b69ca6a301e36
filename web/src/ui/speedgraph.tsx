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
    plot.current = new uPlot(options(el, height), dataOf(of), el);
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

function dataOf(of: string): uPlot.AlignedData {
  const { t, v } = speedHistory(of);
  return [t.slice(), v.slice()];
}

function options(el: HTMLElement, height: number): uPlot.Options {
  const css = getComputedStyle(document.documentElement);
  const colour = (name: string) => css.getPropertyValue(name).trim();
  const axis = { stroke: colour("--muted"), grid: { stroke: colour("--line"), width: 1 }, ticks: { show: false }, font: `12px ${colour("--font")}` };
  return {
    width: el.clientWidth,
    height,
    legend: { show: false },
    cursor: { show: false },
    padding: [8, 8, 0, 0],
    scales: {
      x: { time: true, range: (_, min, max) => span(min, max) },
      y: { range: (_, __, max) => [0, Math.max(1024, (max ?? 0) * 1.1)] },
    },
    axes: [
      { ...axis, values: (u, at) => at.map((t) => ago((u.scales.x!.max ?? t) - t)), size: 26 },
      { ...axis, values: (_, at) => at.map((v) => (v === 0 ? "0" : speed(v))), size: 92, splits: (_, __, min, max) => [min, max / 2.2, max / 1.1] },
    ],
    series: [{}, { stroke: colour("--bar"), fill: colour("--accent-soft"), width: 2, points: { show: false } }],
  };
}

/** From the first sample to the last: a minute at least, ten at most. */
function span(min: number | null, max: number | null): [number, number] {
  const end = max ?? Date.now() / 1000;
  return [Math.max(end - historyLength, Math.min(min ?? end, end - 60)), end];
}

function ago(seconds: number): string {
  if (seconds < 5) return "now";
  return seconds < 90 ? `−${Math.round(seconds)} s` : `−${(seconds / 60).toFixed(seconds % 60 < 5 ? 0 : 1)} min`;
}
