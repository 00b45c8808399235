/**
 * Clients as a program of its own, for places this process is not in: `node load-program.ts '[{"address":…}]'`. Asks until its
 * stdin ends, then prints the reports as JSON.
 */
import { type LoadOptions, startLoad } from './load.ts'

const targets = JSON.parse(process.argv[2] ?? '[]') as LoadOptions[]
const loads = targets.map(startLoad)
process.stdin.resume().once('end', () => {
  void Promise.all(loads.map((load) => load.stop())).then((reports) => console.log(JSON.stringify(reports)))
})
