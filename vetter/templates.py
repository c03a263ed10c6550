"""Template images for scripts: ``from vetter import templates`` replaces STDPipe's import."""

from vetter.io.surveys.hips import SurveyError, get_hips_image

__all__ = ["SurveyError", "get_hips_image"]
