this was never JavaScript;
