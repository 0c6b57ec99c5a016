from flask import Flask

app = Flask(__name__)


@app.get("/")
def hello():
    return "Hello from Flask\n", 200, {"content-type": "text/plain; charset=utf-8"}
