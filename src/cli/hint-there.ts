/** Commands that a daemon names in its hints, and that are to be typed with `--on` where it is another machine's. */
const aboutThere =
  /\bberth (up|down|create|destroy|logs|status|exec|shell|attach|run|sessions|stop|transcript|ls|path|url|compose|diff|merge|pull|reconcile|gc|doctor|prune|rollback|releases|app \w+|daemon \w+)\b(?!\.)/g

/** A hint as it is to be typed here: what another machine's daemon says of its own commands is meant for there. */
export function hintThere(hint: string, machine: string): string {
  if (machine === 'local' || machine.includes(',') || hint.includes('--on')) return hint
  return hint.replaceAll(aboutThere, (command) => `${command} --on ${machine}`)
}
