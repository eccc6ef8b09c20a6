// A library of another version, for the test that it is refused (src/speech/sherpa_test.cpp).
extern "C" const char* SherpaOnnxGetVersionStr() { return "1.13.9"; }
