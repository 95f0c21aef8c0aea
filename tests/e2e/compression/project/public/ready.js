plain();
plain();
plain();
plain();
plain();
