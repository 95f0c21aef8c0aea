//! load SyntaxError: unexpected token in expression: ';'
export const x = 1;
let y = ;
