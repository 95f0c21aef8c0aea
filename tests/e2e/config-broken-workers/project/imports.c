__attribute__((import_module("env"), import_name("no_such_import"))) int ask(int);
int main(void) { return ask(1); }
