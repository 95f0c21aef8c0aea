/* TextDecoder. https://encoding.spec.whatwg.org/#interface-textdecoder */
#ifndef WWS_GUEST_JS_BUILTINS_ENCODING_DECODER_H
#define WWS_GUEST_JS_BUILTINS_ENCODING_DECODER_H

#include "quickjs.h"

int wws_install_decoder(JSContext* context);

#endif
