// For `node --require`: on SIGUSR2 a promise is rejected that nothing handles, on SIGWINCH an exception is thrown that
// nothing catches; what a library may do at any time.
const fault = () => new Error('a fault of a library, at postgres://me:secret@db/x');

process.on('SIGUSR2', () => void Promise.reject(fault()));
process.on('SIGWINCH', () => {
  throw fault();
});
