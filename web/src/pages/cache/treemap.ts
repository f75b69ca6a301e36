// Areas for sizes: the squarified treemap of Bruls, Huizing and van Wijk (2000).

export interface Tile<T> {
  item: T;
  x: number; // all in percent of the box
  y: number;
  w: number;
  h: number;
}

interface Box {
  x: number;
  y: number;
  w: number;
  h: number;
}

/** Lays out items, the largest first, in a box of the given size; sizes are positive. */
export function treemap<T>(items: readonly T[], sizeOf: (item: T) => number, width: number, height: number): Tile<T>[] {
  const total = items.reduce((sum, i) => sum + sizeOf(i), 0);
  if (total <= 0 || width <= 0 || height <= 0) return [];
  const scale = (width * height) / total;
  const left = items.map((item) => ({ item, area: sizeOf(item) * scale }));
  const tiles: Tile<T>[] = [];
  let box: Box = { x: 0, y: 0, w: width, h: height };
  while (left.length > 0) {
    const side = Math.min(box.w, box.h);
    let n = 1;
    while (n < left.length && worst(left.slice(0, n + 1), side) <= worst(left.slice(0, n), side)) n++;
    box = lay(left.splice(0, n), box, tiles);
  }
  return tiles.map((t) => ({ item: t.item, x: (t.x / width) * 100, y: (t.y / height) * 100, w: (t.w / width) * 100, h: (t.h / height) * 100 }));
}

/** The least square of a row's tiles: its longer side over its shorter. */
function worst(row: readonly { area: number }[], side: number): number {
  const sum = row.reduce((s, r) => s + r.area, 0);
  return Math.max(...row.map((r) => Math.max((side * side * r.area) / (sum * sum), (sum * sum) / (side * side * r.area))));
}

/** Puts a row along the shorter side, and gives what is left of the box. */
function lay<T>(row: readonly { item: T; area: number }[], box: Box, tiles: Tile<T>[]): Box {
  const sum = row.reduce((s, r) => s + r.area, 0);
  const tall = box.w >= box.h;
  const depth = sum / (tall ? box.h : box.w);
  let at = 0;
  for (const { item, area } of row) {
    const length = area / depth;
    tiles.push(tall ? { item, x: box.x, y: box.y + at, w: depth, h: length } : { item, x: box.x + at, y: box.y, w: length, h: depth });
    at += length;
  }
  return tall ? { ...box, x: box.x + depth, w: box.w - depth } : { ...box, y: box.y + depth, h: box.h - depth };
}
