@"%~dp0..\node\node.exe" "%~dp0..\dist\main\paseo.js" %*
