/** ISO text or epoch milliseconds as `2026-11-21 06:12:09`, in this machine's zone; empty for what is no time. */
export function localTime(time: unknown): string {
  if (typeof time !== 'string' && typeof time !== 'number') return ''
  const date = new Date(time)
  if (Number.isNaN(date.getTime())) return ''
  const two = (part: number) => String(part).padStart(2, '0')
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`
}
