class Handler {
  #name = "class";
  fetch() {
    return new Response(this.#name);
  }
}

export default new Handler();
