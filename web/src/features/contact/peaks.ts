// The waveform file (docs/format/recording.md).
export interface Peaks {
  count: number;
  seconds: number;
  /** Four per bucket: least and greatest of left, then of right, -128 to 127. */
  values: Int8Array;
}

export function parsePeaks(bytes: ArrayBuffer): Peaks {
  const view = new DataView(bytes);
  if (bytes.byteLength < 16 || view.getUint32(0) !== 0x4d504b31) throw new Error("not a peaks file");
  const rate = view.getUint32(4, true);
  const bucket = view.getUint32(8, true);
  const channels = view.getUint32(12, true);
  if (rate === 0 || bucket === 0 || channels !== 2) throw new Error("a peaks file of another kind");
  const count = Math.floor((bytes.byteLength - 16) / 4);
  return { count, seconds: (count * bucket) / rate, values: new Int8Array(bytes, 16, count * 4) };
}
