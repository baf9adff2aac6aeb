// Throws something that cannot even be told.
export default () => {
  throw {
    toString() {
      throw 1;
    },
  };
};
