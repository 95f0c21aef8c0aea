export const load = () => ({ late: new Promise((done) => setTimeout(() => done("here"), 100)) });
