// static script
