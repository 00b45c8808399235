/**
 * Asks a name server as fast as it answers, from a process of its own: `argv` is port, seconds, questions kept in flight.
 * Prints answers a second, latencies in ms, questions lost, and the share of a core this side took.
 */
import { createSocket } from 'node:dgram'
import dnsPacket from 'dns-packet'

const [port = 0, seconds = 5, window = 32] = process.argv.slice(2).map(Number)
const names = Array.from({ length: 1000 }, (_, index) => `s${index % 4}.env${index >> 2}.test`)
const questions = names.map((name) => dnsPacket.encode({ type: 'query', flags: 256, questions: [{ type: 'A', name }] }))
const sentAt = new Float64Array(65_536)
const latencies: number[] = []
let next = 0
let wrong = 0
const socket = createSocket({ type: 'udp4', recvBufferSize: 1 << 20 })

const ask = (): void => {
  const question = questions[next % questions.length] as Buffer
  const id = next++ & 0xffff
  question.writeUInt16BE(id, 0)
  sentAt[id] = performance.now()
  socket.send(question)
}
socket.on('message', (answer) => {
  const id = answer.readUInt16BE(0)
  latencies.push(performance.now() - (sentAt[id] ?? 0))
  if (answer.readUInt16BE(6) !== 1) wrong++
  if (performance.now() < end) ask()
})
socket.connect(port, '127.0.0.1')
await new Promise((resolve) => socket.once('connect', resolve))
const begin = performance.now()
const cpu = process.cpuUsage()
const end = begin + seconds * 1000
for (let count = 0; count < window; count++) ask()
await new Promise((resolve) => setTimeout(resolve, seconds * 1000 + 200))
const used = process.cpuUsage(cpu)
const sorted = latencies.toSorted((a, b) => a - b)
const at = (share: number) => Number((sorted[Math.floor(sorted.length * share)] ?? 0).toFixed(3))
const report = {
  answersPerSecond: Math.round(latencies.length / seconds),
  p50: at(0.5),
  p99: at(0.99),
  lost: next - latencies.length,
  wrong,
  clientCpu: Number(((used.user + used.system) / 1e6 / seconds).toFixed(2)),
}
process.stdout.write(`${JSON.stringify(report)}\n`)
socket.close()
