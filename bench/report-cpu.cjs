// Loaded before a program (node --require): prints the CPU time its process took, as the last line.
process.on('exit', () => {
  const { user, system } = process.cpuUsage();
  console.log(JSON.stringify({ milliseconds: [(user + system) / 1000] }));
});
