export function Mark({ size = 24 }: { size?: number }) {
  return (
    <svg className="mark" width={size} height={size} viewBox="0 0 32 32" aria-hidden="true">
      <path d="M16 2 28 6.500V15c0 7.600-5 12.600-12 15C9 27.600 4 22.600 4 15V6.500z" className="shield" />
      <path d="M10 15.500l4.500 4.500 8-8.500" fill="none" stroke="#fff" strokeWidth="3.200" strokeLinecap="round" strokeLinejoin="round" />
    </svg>
  );
}
