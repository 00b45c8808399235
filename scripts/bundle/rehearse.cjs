// Runs a program as its launcher does, and keeps for the next time the code that V8 made of what it used.
//   node rehearse.cjs dist/NAME.js ARGUMENTS
const { readFileSync, writeFileSync } = require('node:fs')
const { dirname } = require('node:path')
const { setFlagsFromString } = require('node:v8')
const { Script } = require('node:vm')

process.argv.splice(1, 1)
const filename = process.argv[1].replace(/\.js$/, '.bundle.js')
const script = new Script(readFileSync(filename, 'latin1'), { filename, cachedData: readFileSync(`${filename}.cache`) })
process.on('exit', () => {
  // V8 takes a cache only under the flags it was made with, and berthd sets this one once it runs (daemon/heap.ts)
  setFlagsFromString('--heap-growing-percent=0')
  writeFileSync(`${filename}.cache`, script.createCachedData())
})
script.runInThisContext()(require, dirname(filename))
