/**
 * Asks a name server from a process of its own: `argv` is port, seconds, and either `window N` (as fast as it answers,
 * N questions in flight) or `rate N` (N questions a second, whatever comes back). Prints one line of JSON.
 */
import { createSocket } from 'node:dgram'
import dnsPacket from 'dns-packet'

const [port = 0, seconds = 5] = process.argv.slice(2).map(Number)
const [mode = 'window', amount = '16'] = process.argv.slice(4)
const names = Array.from({ length: 1000 }, (_, index) => `s${index % 4}.env${index >> 2}.test`)
const questions = names.map((name) => dnsPacket.encode({ type: 'query', flags: 256, questions: [{ type: 'A', name }] }))
const sentAt = new Float64Array(65_536)
const latencies: number[] = []
let next = 0
let wrong = 0
const socket = createSocket({ type: 'udp4', recvBufferSize: 1 << 21 })

const ask = (): void => {
  const question = Buffer.from(questions[next % questions.length] as Buffer)
  const id = next++ & 0xffff
  question.writeUInt16BE(id, 0)
  sentAt[id] = performance.now()
  socket.send(question)
}
socket.on('message', (answer) => {
  const id = answer.readUInt16BE(0)
  latencies.push(performance.now() - (sentAt[id] ?? 0))
  if (answer.readUInt16BE(6) !== 1) wrong++
  if (mode === 'window' && performance.now() < end) ask()
})
socket.connect(port, '127.0.0.1')
await new Promise((resolve) => socket.once('connect', resolve))
const begin = performance.now()
const end = begin + seconds * 1000
if (mode === 'window') for (let count = 0; count < Number(amount); count++) ask()
else paced(Number(amount))
await new Promise((resolve) => setTimeout(resolve, seconds * 1000 + 300))

const sorted = latencies.toSorted((a, b) => a - b)
const at = (share: number) => Number((sorted[Math.floor(sorted.length * share)] ?? 0).toFixed(3))
const answersPerSecond = Math.round(latencies.length / seconds)
const report = { answersPerSecond, p50: at(0.5), p99: at(0.99), asked: next, lost: next - latencies.length, wrong }
process.stdout.write(`${JSON.stringify(report)}\n`)
socket.close()

/** Some each turn of the loop: what is due by now, at most 50, so that one late turn does not become a flood. */
function paced(rate: number): void {
  const turn = () => {
    const now = performance.now()
    if (now >= end) return
    const due = Math.floor(((now - begin) / 1000) * rate) - next
    for (let count = 0; count < Math.min(due, 50); count++) ask()
    setImmediate(turn)
  }
  turn()
}
